"""Training processes: started, fed, listened to, ended."""
