//go:build unix

package test

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

// TestDocumentedConfigurations holds that each configuration in a document is one: its
// keys are there, and their values have the right form. The files that it names need
// not be there.
func TestDocumentedConfigurations(t *testing.T) {
	t.Parallel()
	found := blocks(t, "yaml")
	if len(found) < 8 {
		t.Errorf("%d configurations: were they found?", len(found))
	}
	for _, b := range found {
		t.Run(b.name(), func(t *testing.T) {
			if _, err := config.Parse(b.file, []byte(b.text)); err != nil {
				t.Errorf("%v\n%s", err, b.text)
			}
		})
	}
}
