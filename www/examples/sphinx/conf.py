"""A live figure in Sphinx, with MyST Markdown."""

project = "A live figure in Sphinx"
extensions = ["myst_parser"]
html_theme = "alabaster"
exclude_patterns = ["_build"]

# The built mm-playground lies in _static/mm.
html_static_path = ["_static"]
html_js_files = [("mm/mm-playground.js", {"type": "module"})]
