"""The officers' console under `/can-bo`: pages that the server renders, forms that work without any script."""
