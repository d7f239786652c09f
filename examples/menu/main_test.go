package main

import (
	"bufio"
	"fmt"
	"io"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A person types, looks, and types again; the keyboard stays where it is when the talk ends.
func TestTalk(t *testing.T) {
	keyboard, typed := io.Pipe()
	screen, shown := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- newTalk([]string{"one", "two", "three"}, keyboard, shown).Run(t.Context())
		shown.Close()
		keyboard.Close()
	}()
	seen := bufio.NewScanner(screen)
	for _, c := range []struct{ button, page string }{
		{"next", "one"}, {"next", "two"}, {"last", "three"}, {"next", "three"}, {"back", "two"},
		{"help!", "type next, back, first, last, again or quit"}, {" again ", "two"}, {"first", "one"},
	} {
		fmt.Fprintln(typed, c.button)
		if !seen.Scan() || seen.Text() != c.page {
			t.Fatalf("%s: %q, want %q: %v", c.button, seen.Text(), c.page, seen.Err())
		}
	}
	fmt.Fprintln(typed, "quit")
	if seen.Scan() {
		t.Errorf("behind the end: %q", seen.Text())
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Menu{} }, axontest.Feed("inbox", "next", "what?", "last"))
}
