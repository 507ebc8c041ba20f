"""Extensions of the authorization code grant, one file each."""
