"""Notification: the contract of a notifier, the relay from the outbox, and the notifiers that come with civicflow."""
