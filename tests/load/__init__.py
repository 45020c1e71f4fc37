"""Many travellers at once while a campaign runs, at the rates that Telegram keeps."""
