"""What people can do, and may: the use cases, every limit and every rule.

Every check that needs the store or a rule is here, and all of them come before Discord is answered
and before anything is paid. Knows nothing of Discord's library.
"""
