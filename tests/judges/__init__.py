"""Code that no one here wrote judges the bot and its world.

A module of this folder is a judge when it has a NAME and a function `judge(cache, say)`, plain or async, that
returns its Verdict. `cache` is a folder that git ignores and that may hold what an earlier run fetched; `say` tells
what is being done. Nothing is to be registered: a judge is found by being here.
"""
