package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestShout(t *testing.T) {
	got, err := shout(t.Context(), []string{"stressed", "Wörter", ""})
	if err != nil || !slices.Equal(got, []string{"DESSERTS", "RETRÖW", ""}) {
		t.Errorf("%q, %v", got, err)
	}
}

// A caller's context ends the wait, and the components.
func TestShoutEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if got, err := shout(ctx, []string{"a"}); err == nil { // the cause, or that the components have ended by it
		t.Errorf("%q, no error", got)
	}
}

func TestMirror(t *testing.T) {
	var seen strings.Builder
	text := strings.Repeat("live\nevil\n", 10_000)
	if err := mirror(t.Context(), &seen, strings.NewReader(text)); err != nil || seen.String() != strings.Repeat("evil\nlive\n", 10_000) {
		t.Errorf("%d bytes, %v", seen.Len(), err)
	}
}
