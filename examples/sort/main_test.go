package main

import (
	"bufio"
	"compress/gzip"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// More is sorted than sort may hold, and next to nothing is held by us.
func TestSort(t *testing.T) {
	for _, name := range []string{"sort", "gzip"} {
		if _, err := exec.LookPath(name); err != nil || runtime.GOOS != "linux" {
			t.Skipf("needs %s, and Linux", name)
		}
	}
	const numbers, memory = 2_000_000, 16 // 20 MB
	r, w := io.Pipe()
	peak := &heap{}
	said := &strings.Builder{}
	ended := make(chan error, 1)
	go func() {
		err := run(t.Context(), numbers, memory, said, io.MultiWriter(w, peak))
		w.CloseWithError(err)
		ended <- err
	}()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	n, before := 0, ""
	for ; lines.Scan(); n++ {
		if line := lines.Text(); line < before {
			t.Fatalf("%s before %s", before, line)
		} else {
			before = line
		}
	}
	if err := lines.Err(); err != nil || n != numbers {
		t.Errorf("%d numbers: %v", n, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if peak.most > 16<<20 {
		t.Errorf("%d bytes of our own memory", peak.most)
	}
	if !strings.HasPrefix(said.String(), "2000000 numbers, 20000000 bytes, sorted in 16 MiB, are ") {
		t.Errorf("said %q", said)
	}
}

// heap notes how much memory was in use while something was written.
type heap struct {
	most uint64
	n    int
}

func (h *heap) Write(p []byte) (int, error) {
	if h.n++; h.n%50 == 1 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		h.most = max(h.most, m.HeapAlloc)
	}
	return len(p), nil
}

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Numbers": func() axon.Component { return &Numbers{Most: 10_000} },
		"Count":   func() axon.Component { return &Count{To: io.Discard} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}
