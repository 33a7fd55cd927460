"""The service: HTTP, pages, commands and storage around the model."""
