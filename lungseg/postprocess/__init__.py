"""From probabilities to lungs: components, holes, sides, confidence."""
