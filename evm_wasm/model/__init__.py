"""The nouns: frozen dataclasses without behaviour. Read this folder first."""
