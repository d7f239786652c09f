package faulty

import (
	"context"
	"fmt"
	"regexp"
)

func idle() {}

func onlyByTests() {}

// F is used.
func F(s []int) {
	fmt.Printf("%d\n", "x")
	regexp.MustCompile("(")
	ctx, _ := context.WithCancel(context.Background())
	_ = ctx
	//lint:ignore SA4006 nothing here
	x := 1
	_ = x
	wrap("%d", "y")
}

func wrap(f string, a ...any) { fmt.Printf(f, a...) }
