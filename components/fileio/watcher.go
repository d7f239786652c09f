package fileio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DirectoryWatcher tells of the files in a directory that are new or have changed.
//
//	directory ─▶ [ DirectoryWatcher ] ──▶ path
//	                       └─ gone ─▶ path
//
// A file is told of when it has been left alone for a moment, so that it is not read while
// it is written. Directories, links and other things that are no files are passed over, and
// so is what lies in directories below. It ends when it is told to; that the directory can
// not be read any more is a failure.
type DirectoryWatcher struct {
	axon.Base

	// Directory is what is watched.
	Directory string

	// Pattern chooses files by their name, such as "*.avi"; see filepath.Match. Empty
	// means all but those that begin with a dot.
	Pattern string

	// Existing tells of the files that are there at the start, too.
	Existing bool

	// Settle is how long a file must be left alone; 0 means 200 ms.
	Settle time.Duration

	// Poll is how often to look even if the system says nothing, as it does for network
	// file systems; 0 means never.
	Poll time.Duration

	// Most is how many files may be there; 0 means 65,536. One more is a failure.
	Most int

	Outbox axon.Outbox[string] // paths of files, for a TriggeredReader, for example
	Gone   axon.Outbox[string] `axon:"optional"` // paths of files that are not there any more, and were told of
}

var (
	_ axon.Component = (*DirectoryWatcher)(nil)
	_ axon.Validator = (*DirectoryWatcher)(nil)
)

// A sighting is how a file looked, and whether that was told.
type sighting struct {
	size    int64
	changed time.Time
	told    bool // as it is
	known   bool // it was told at some time, or was there before
}

// Validate implements axon.Validator.
func (d *DirectoryWatcher) Validate() error {
	if d.Directory == "" {
		return errors.New("fileio: a DirectoryWatcher needs a Directory")
	}
	if _, err := filepath.Match(d.Pattern, ""); err != nil {
		return fmt.Errorf("fileio: Pattern %q: %w", d.Pattern, err)
	}
	return nil
}

// Main implements axon.Component.
func (d *DirectoryWatcher) Main(ctx context.Context) error {
	settle := d.Settle
	if settle <= 0 {
		settle = 200 * time.Millisecond
	}
	changes, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("fileio: %w", err)
	}
	defer changes.Close() // waits for its goroutine
	if err := changes.Add(d.Directory); err != nil {
		return fmt.Errorf("fileio: %s: %w", d.Directory, err)
	}
	seen := map[string]*sighting{}
	if !d.Existing {
		if err := d.remember(seen); err != nil {
			return err
		}
	}
	poll := make(<-chan time.Time)
	if d.Poll > 0 {
		ticker := time.NewTicker(d.Poll)
		defer ticker.Stop()
		poll = ticker.C
	}
	look := time.NewTimer(0)
	defer look.Stop()
	waits := true // until it looks
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			if waits, err = d.look(ctx, seen); err != nil {
				return err
			}
			if waits {
				look.Reset(settle)
			}
			continue
		case <-poll:
		case <-changes.Events:
		case <-changes.Errors: // something was missed, perhaps
		}
		if !waits {
			waits = true
			look.Reset(settle)
		}
	}
}

// files lists the files that are to be told of.
func (d *DirectoryWatcher) files() (map[string]os.FileInfo, error) {
	most := d.Most
	if most <= 0 {
		most = 1 << 16
	}
	entries, err := os.ReadDir(d.Directory)
	if err != nil {
		return nil, fmt.Errorf("fileio: %w", err)
	}
	files := map[string]os.FileInfo{}
	for _, e := range entries {
		fits, _ := filepath.Match(d.Pattern, e.Name()) // it is well formed
		if d.Pattern == "" {
			fits = e.Name()[0] != '.'
		}
		if !fits || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // gone in the meantime
		}
		if files[e.Name()] = info; len(files) > most {
			return nil, fmt.Errorf("fileio: more than %d files in %s", most, d.Directory)
		}
	}
	return files, nil
}

// remember notes what is there, as if it had been told.
func (d *DirectoryWatcher) remember(seen map[string]*sighting) error {
	files, err := d.files()
	for name, info := range files {
		seen[name] = &sighting{info.Size(), info.ModTime(), true, true}
	}
	return err
}

// look tells of files that look as they did the last time. It says whether there are some
// that do not, and have to be looked at again.
func (d *DirectoryWatcher) look(ctx context.Context, seen map[string]*sighting) (again bool, err error) {
	files, err := d.files()
	if err != nil {
		return false, err
	}
	var settled, gone []string
	for name, info := range files {
		s := seen[name]
		switch {
		case s == nil:
			seen[name], again = &sighting{size: info.Size(), changed: info.ModTime()}, true
		case s.size != info.Size() || !s.changed.Equal(info.ModTime()):
			s.size, s.changed, s.told, again = info.Size(), info.ModTime(), false, true
		case !s.told:
			s.told, s.known = true, true
			settled = append(settled, name)
		}
	}
	for name, s := range seen {
		if files[name] == nil {
			if delete(seen, name); s.known {
				gone = append(gone, name)
			}
		}
	}
	return again, errors.Join(d.tell(ctx, &d.Outbox, settled), d.tell(ctx, &d.Gone, gone))
}

// tell sends the paths of files, by name.
func (d *DirectoryWatcher) tell(ctx context.Context, to *axon.Outbox[string], names []string) error {
	slices.Sort(names)
	for _, name := range names {
		if err := to.Send(ctx, filepath.Join(d.Directory, name)); err != nil && (to == &d.Outbox || !errors.Is(err, axon.ErrGone)) {
			return err
		}
	}
	return nil
}
