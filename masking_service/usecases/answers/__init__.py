"""The answers of use cases, as typed structs: use cases build them, and the OpenAPI document describes them."""
