"""The compiler of operations: `.graphql` files in, a package of typed functions out."""
