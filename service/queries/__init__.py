"""Every SELECT and INSERT of the service."""
