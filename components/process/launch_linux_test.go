package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLaunch_NoDescriptors: where no descriptor is left for a pipe, none is closed that
// belongs to somebody else.
func TestLaunch_NoDescriptors(t *testing.T) {
	var most unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &most); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/true")
	none := unix.Rlimit{Cur: 1, Max: most.Max} // 0 is open, as in any process
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, _, err := launch(cmd, true)
	_, unused := unix.FcntlInt(0, unix.F_GETFD, 0)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &most); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, syscall.EMFILE) {
		t.Errorf("%v, want EMFILE", err)
	}
	if unused != nil {
		t.Errorf("descriptor 0 was closed: %v", unused)
		_, _ = unix.Open(os.DevNull, unix.O_RDONLY, 0)
	}
}
