"""The desk: screens for the people who work with waybills.

It calls `/v1` with the access token of the person who is signed in. It has no
keyset, no waybill store and no rights of its own, and it stores no value.
"""
