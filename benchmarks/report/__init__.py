"""What a report costs on a scan of a million documents, and how soon its page is there."""
