"""Why a request was refused, told so that its developer can mend it."""
