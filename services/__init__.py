"""What the shop does. Services know no words, no language and no channel."""
