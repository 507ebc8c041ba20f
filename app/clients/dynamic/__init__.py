"""Apps that register themselves (:rfc:`7591`): who may, what they have said of themselves, and until when they stay."""
