"""The library's edge: storage, notification, and the plugins that others bring.

One of many, by a URL's scheme: `backends`, with `storage.contract` and `notify.contract` for whoever writes one. Many at
once, by hooks: `hookspecs` for whoever writes a plugin, `manager` for the office. Everybody finds what is installed
through `discovery`, and our own backends come by the same door as anybody's.
"""
