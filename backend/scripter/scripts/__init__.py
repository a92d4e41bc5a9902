"""Scripts: folders of source files on an image; every save freezes a version."""
