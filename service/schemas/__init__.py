"""JSON to records, and records to JSON: what callers send is checked here, and trusted afterwards."""
