"""What clients are told of tools and prompts before they use one, read from files.

The files are written from the signatures (`make listing`), and a test holds them to
each other. So a start imports no tool and no prompt: their models and engines come with the first
use of one.
"""
