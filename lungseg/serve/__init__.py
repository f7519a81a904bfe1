"""``lungseg serve``: a page and an HTTP service over one pipeline."""
