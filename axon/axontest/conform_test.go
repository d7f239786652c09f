package axontest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// broken is a component that breaks one promise.
type broken struct {
	axon.Base
	Inbox  axon.Inbox[int]
	Outbox axon.Outbox[int]
	how    string
	hung   chan struct{}
}

func (b *broken) Main(ctx context.Context) error {
	if b.how == "leaves a goroutine" {
		go func() {
			<-time.After(50 * time.Millisecond)
			_ = b.Outbox.Send(ctx, 1) // after Main has returned
		}()
	}
	for v := range b.Inbox.All(ctx) {
		switch b.how {
		case "insists on its receiver":
			for b.Outbox.Send(ctx, v) != nil && ctx.Err() == nil {
				<-time.After(time.Millisecond)
			}
			continue
		case "panics":
			panic(b.how)
		}
		if err := b.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	switch b.how {
	case "fails on shutdown":
		return ctx.Err() // no failure: the runtime takes it for an end
	case "fails on finish":
		if ctx.Err() == nil {
			return errors.New(b.how)
		}
	case "ignores its context":
		<-b.hung
	}
	return nil
}

// TestConformFinds runs Conform on broken components, in a process of its own
// since it has to fail, and in one case ends with a panic of synctest.
func TestConformFinds(t *testing.T) {
	const variable = "AXONTEST_BROKEN"
	if how := os.Getenv(variable); how != "" {
		axontest.Conform(t, func() axon.Component { return &broken{how: how, hung: make(chan struct{})} })
		return
	}
	for _, c := range []struct{ how, want string }{
		{"leaves a goroutine", "has returned from Main and left goroutines"},
		{"insists on its receiver", "does not end"},
		{"panics", "Main failed: axon: graph"},
		{"fails on finish", "UNIT: fails on finish"},
		{"ignores its context", "UNIT"},
		{"nothing", ""},
		{"fails on shutdown", ""},
	} {
		t.Run(c.how, func(t *testing.T) {
			self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestConformFinds$", "-test.timeout=20s")
			self.Env = append(os.Environ(), variable+"="+c.how)
			out, err := self.CombinedOutput()
			if (err == nil) != (c.want == "") || !strings.Contains(string(out), c.want) {
				t.Errorf("%v, want a complaint %q in:\n%s", err, c.want, out)
			}
		})
	}
}

func TestTraitsAreChecked(t *testing.T) {
	const variable = "AXONTEST_TRAIT"
	make := func() axon.Component { return &zip{} }
	switch os.Getenv(variable) {
	case "type":
		axontest.Conform(t, make, axontest.Feed("a", "one"))
		return
	case "name":
		axontest.Conform(t, make, axontest.FeedFunc("b", func() []*string { return nil }), axontest.Feed("c", 1))
		return
	case "missing":
		axontest.Conform(t, make)
		return
	}
	for what, want := range map[string]string{
		"type":    "a of *axontest_test.zip takes int; the samples are string",
		"name":    `*axontest_test.zip has no inbox "c"; there are a, b`,
		"missing": "b of *axontest_test.zip takes *string: Conform needs samples",
	} {
		t.Run(what, func(t *testing.T) {
			self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTraitsAreChecked$")
			self.Env = append(os.Environ(), variable+"="+what)
			out, err := self.CombinedOutput()
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("%v, want a complaint %q in:\n%s", err, want, out)
			}
		})
	}
}
