"""Label likely AI-generated text in web crawls, with nothing lost."""
