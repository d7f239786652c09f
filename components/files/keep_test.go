package files

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestKeep: one open file serves range after range, and several at once; it is
// closed after the last, and not before.
func TestKeep(t *testing.T) {
	dir := site(t, map[string]string{"a": content(), "b": content()})
	tree := open(t, &Tree{Dir: dir, Small: -1, Fresh: -1})
	r := &Reader{Tree: tree}
	h := axontest.Run(t, r, axontest.Unlinked(&r.Directories))
	section := func(path, ranges string) *http1.Section {
		t.Helper()
		axontest.Send(h, &r.Inbox, &http1.Request{Method: "GET", Path: path, Header: fields("Range", "bytes="+ranges)})
		return axontest.Recv(h, &r.Outbox).File
	}
	holds := func(s *http1.Section, want string) {
		t.Helper()
		b, err := io.ReadAll(io.NewSectionReader(s.File, s.Offset, s.Size))
		if err != nil || string(b) != want {
			t.Errorf("%q, %v; want %q", b, err, want)
		}
	}
	closed := func(f *os.File) bool {
		_, err := f.Stat()
		return errors.Is(err, os.ErrClosed)
	}

	first, second, several := section("/a", "0-9"), section("/a", "10-19"), section("/a", "0-9,1000-1009")
	if first.File != second.File || first.File != several.File || first.File != several.Next.File {
		t.Error("the file was opened twice")
	}
	holds(second, content()[10:20])
	second.Close()
	several.Close()
	holds(first, content()[:10])

	other := section("/b", "0-9")
	holds(first, content()[:10])
	if closed(first.File) {
		t.Error("closed before it was sent")
	}
	first.Close()
	if !closed(first.File) {
		t.Error("open after it was sent, and another was kept")
	}

	replace(t, dir+"/b", strings.Repeat("new", 1000))
	anew := section("/b", "0-2")
	holds(anew, "new")
	other.Close()
	if !closed(other.File) {
		t.Error("the file that was replaced is open")
	}
	add(t, dir+"/b", "more")
	again := section("/b", "3000-")
	holds(again, "more")
	anew.Close()
	again.Close()
	if closed(again.File) {
		t.Error("what is kept is closed")
	}
	h.Finish()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	if !closed(again.File) {
		t.Error("the Reader has ended, and its file is open")
	}
}
