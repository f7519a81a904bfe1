"""What ``lungseg bench`` measures: speed and memory, each case in a process of its own."""
