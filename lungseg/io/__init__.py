"""Reading and writing of scans and masks."""
