"""Maps the three top folders of the tree to one importable package.

Everything else about the distribution is declared in ``pyproject.toml``.
"""

from setuptools import find_packages, setup

setup(
    packages=[
        "lungseg",
        *(f"lungseg.{name}" for name in find_packages("lungseg")),
        "lungseg.pipeline",
        *(f"lungseg.pipeline.{name}" for name in find_packages("pipeline")),
        "lungseg.weights",
    ],
    package_dir={
        "lungseg": "lungseg",
        "lungseg.pipeline": "pipeline",
        "lungseg.weights": "weights",
    },
    package_data={
        "lungseg": ["py.typed"],
        "lungseg.compare": ["page.html"],
        "lungseg.report": ["page.html", "page.css"],
        "lungseg.serve": ["page.css", "result.html"],
        "lungseg.pipeline": ["recipes/*.yaml"],
        "lungseg.weights": ["*/*", "*/*/*"],
    },
)
