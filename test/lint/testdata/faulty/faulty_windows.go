package faulty

var y int = "x"
