"""The typed answers of use cases.

The OpenAPI document describes them.
"""
