"""Teams: people who look after apps together. Nothing in here knows what an app is."""
