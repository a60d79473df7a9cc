"""`detector fit`: labelled text in, a model file and its card out."""
