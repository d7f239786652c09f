package accesslog

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// A File is a file that lines are added to, and that may be opened anew under its
// name while it is in use: whoever rotates logs moves it away, and then asks for
// that. It is used by pointer, by several goroutines at once.
type File struct {
	// Path is the file's name.
	Path string

	// Mode are the permissions of a file that is made; 0 means 0640.
	Mode os.FileMode

	mu   sync.Mutex
	file *os.File
}

var _ io.WriteCloser = (*File)(nil)

// Open opens the file, or makes it.
func (f *File) Open() error { return f.Reopen() }

// Reopen opens the file by its name again, or makes it. What was written before is
// in the file that had the name then, and no line is lost or torn. If it can not
// be opened, lines go on to be written to that.
func (f *File) Reopen() error {
	mode := f.Mode
	if mode == 0 {
		mode = 0o640
	}
	file, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, mode)
	if err != nil {
		return fmt.Errorf("accesslog: %w", err)
	}
	f.mu.Lock()
	old := f.file
	f.file = file
	f.mu.Unlock()
	if old == nil {
		return nil
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("accesslog: %w", err)
	}
	return nil
}

// Write implements io.Writer.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return 0, os.ErrClosed
	}
	return f.file.Write(p)
}

// Close closes the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
