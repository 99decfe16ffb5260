"""Does a target limit its callers, how, and is what it says about it true?"""
