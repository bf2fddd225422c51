"""Short messages by a city's SMS gateway: a notifier for civicflow, found under ``sms-gateway://``.

`parts` counts and cuts, `settings` reads what a city has agreed with its gateway, `numbers` says whose number is which, `codes`
says what the gateway's answers mean, `gateway` sends; `counterpart` is a gateway on this machine, to test with.
"""
