"""Where Absinthe, Glimesh's GraphQL implementation, is not graphql-core.

Its texts, its order of errors, its two spellings of a name, its complexity limit. Executing is
graphql-core's; everything before that is decided here.
"""
