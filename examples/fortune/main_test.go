package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestFortune(t *testing.T) {
	var said strings.Builder
	if err := run(t.Context(), &said); err != nil || !slices.Contains(cookies, said.String()) {
		t.Errorf("it said %q: %v", said.String(), err)
	}
}
