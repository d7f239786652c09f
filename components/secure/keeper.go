package secure

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

// Keeper loads certificates again when their files change.
//
//	files ──▶ [ Keeper ] ──▶ failures ──▶ error
//
// It waits until the files have been left alone for a moment, since a certificate
// and its key are two of them. What it can not load is told by Failures, and the
// server goes on with what it has. Files that are links, or in folders that are,
// as certbot and Kubernetes make them, are watched where they are named and where
// they lie. On file systems that tell of no changes, such as NFS, only
// Certificates.Load helps.
type Keeper struct {
	axon.Base

	// Certificates are those to be kept. They should have been loaded.
	Certificates *Certificates

	// Settle is how long the files must be left alone; 0 means 200 ms.
	Settle time.Duration

	// Failures tells what is wrong with the files, once for each change.
	Failures axon.Outbox[error] `axon:"optional"`

	watched []string
}

var (
	_ axon.Component = (*Keeper)(nil)
	_ axon.Validator = (*Keeper)(nil)
)

// Validate implements axon.Validator.
func (k *Keeper) Validate() error {
	if k.Certificates == nil {
		return errors.New("secure: a Keeper without Certificates")
	}
	return k.Certificates.Validate()
}

// Main implements axon.Component.
func (k *Keeper) Main(ctx context.Context) error {
	changes, err := fsnotify.NewWatcher()
	if err != nil {
		return k.Failures.Send(ctx, fmt.Errorf("secure: certificates are not watched: %w", err))
	}
	defer changes.Close() // waits for its goroutine
	k.watched = nil
	if err := k.watch(changes); err != nil {
		_ = k.Failures.TrySend(err)
	}
	seen := k.look()
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	defer settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-changes.Errors:
			// Something was missed, perhaps: look.
			_ = k.Failures.TrySend(fmt.Errorf("secure: watching certificates: %w", err))
			settled.Reset(orDefault(k.Settle, 200*time.Millisecond))
		case <-changes.Events:
			if !same(seen, k.look()) {
				settled.Reset(orDefault(k.Settle, 200*time.Millisecond))
			}
		case <-settled.C:
			now := k.look()
			if same(seen, now) {
				continue
			}
			seen = now
			if err := k.Certificates.Load(); err != nil {
				_ = k.Failures.TrySend(fmt.Errorf("the former certificates stay in use: %w", err))
			}
			if err := k.watch(changes); err != nil {
				_ = k.Failures.TrySend(err)
			}
		}
	}
}

// watch watches the folders in which the files are named, and those in which they
// lie.
func (k *Keeper) watch(changes *fsnotify.Watcher) error {
	var errs []error
	var folders []string
	for _, file := range k.files() {
		folders = append(folders, filepath.Dir(file))
		if real, err := filepath.EvalSymlinks(file); err == nil {
			folders = append(folders, filepath.Dir(real))
		}
	}
	slices.Sort(folders)
	folders = slices.Compact(folders)
	for _, f := range k.watched {
		if !slices.Contains(folders, f) {
			_ = changes.Remove(f)
		}
	}
	for _, f := range folders {
		if err := changes.Add(f); err != nil { // again is no harm
			errs = append(errs, fmt.Errorf("secure: %s is not watched: %w", f, err))
		}
	}
	k.watched = folders
	return errors.Join(errs...)
}

// files lists the files of all pairs.
func (k *Keeper) files() (all []string) {
	for _, p := range k.Certificates.Pairs {
		all = append(all, p.Cert)
		if p.Key != "" {
			all = append(all, p.Key)
		}
	}
	return all
}

// look tells what the files are now; nil for one that is not there.
func (k *Keeper) look() (now []os.FileInfo) {
	for _, file := range k.files() {
		info, err := os.Stat(file)
		if err != nil {
			info = nil
		}
		now = append(now, info)
	}
	return now
}

// same reports whether nothing has changed.
func same(a, b []os.FileInfo) bool {
	return slices.EqualFunc(a, b, func(x, y os.FileInfo) bool {
		if x == nil || y == nil {
			return x == nil && y == nil
		}
		return os.SameFile(x, y) && x.ModTime().Equal(y.ModTime()) && x.Size() == y.Size()
	})
}
