package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// The files are shown in order, and one that is not there is skipped.
func TestPlaylist(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for name, text := range map[string]string{"a": "first\n", "b": strings.Repeat("second\n", 10_000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "missing", "b", "a"} {
		names = append(names, filepath.Join(dir, name))
	}
	var shown strings.Builder
	if err := run(t.Context(), names, &shown); err != nil {
		t.Fatal(err)
	}
	if want := "first\n" + strings.Repeat("second\n", 10_000) + "first\n"; shown.String() != want {
		t.Errorf("%d bytes were shown, want %d", shown.Len(), len(want))
	}
}
