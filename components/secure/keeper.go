package secure

import (
	"context"
	"errors"
	"fmt"
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

	// Certificates are those to be kept. What has changed since they were loaded is
	// loaded at the start.
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
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	defer settled.Stop()
	look := func() {
		if k.Certificates.changed() {
			settled.Reset(orDefault(k.Settle, 200*time.Millisecond))
		}
	}
	watch := func() {
		if err := k.watch(changes); err != nil {
			_ = k.Failures.TrySend(err)
		}
		look() // what has changed before it was watched
	}
	watch()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-changes.Errors:
			// Something was missed, perhaps.
			_ = k.Failures.TrySend(fmt.Errorf("secure: watching certificates: %w", err))
			look()
		case <-changes.Events:
			look()
		case <-settled.C:
			if !k.Certificates.changed() {
				continue
			}
			if err := k.Certificates.Load(); err != nil {
				_ = k.Failures.TrySend(fmt.Errorf("the former certificates stay in use: %w", err))
			}
			watch()
		}
	}
}

// watch watches the folders in which the files are named, and those in which they
// lie.
func (k *Keeper) watch(changes *fsnotify.Watcher) error {
	var errs []error
	var folders []string
	for _, file := range k.Certificates.files() {
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
