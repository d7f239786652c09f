package main

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// screen is what a person sees; prompts and answers come from two components.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// Each line comes back, and it ends with the input.
func TestConsole(t *testing.T) {
	keyboard, typed := io.Pipe()
	go func() {
		_, _ = io.WriteString(typed, "hello\nwho is ")
		_, _ = io.WriteString(typed, "there?\n")
		typed.Close()
	}()
	var seen screen
	if err := run(t.Context(), keyboard, &seen); err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(seen.text.String(), "> ", ""); got != "hello\nwho is there?\n" {
		t.Errorf("seen %q", seen.text.String())
	}
}
