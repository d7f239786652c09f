package main

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// screen is a place to print to, for several parts at once.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// TestRun runs the program. In a bubble of synctest its ticks take no time.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		if err := run(&out); err != nil {
			t.Fatal(err)
		}
		text := out.text.String()
		t.Log("\n" + text)
		numbers := map[string]bool{}
		for line := range strings.Lines(text) {
			numbers[strings.Trim(line, "* \n")] = true
		}
		for _, n := range strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12") {
			if !numbers[n] {
				t.Errorf("%s is missing", n)
			}
		}
		for _, want := range []string{"1\n", "* 12 *\n", "graph example, running for", "COUNT.outbox  -- int -->     STARS.inbox"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing", want)
			}
		}
	})
}

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Count":  func() axon.Component { return &Count{To: 3, Every: time.Second} },
		"Format": func() axon.Component { return &Format{Format: "%d"} },
		"Print":  func() axon.Component { return &Print{To: io.Discard} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}
