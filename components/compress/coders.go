package compress

import (
	"bytes"
	"context"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A coder is an encoder of either coding that writes to its own buffer.
type coder struct {
	encoder
	coding coding
	out    bytes.Buffer
	in     []byte // room to read into
}

// An encoder is what gzip and zstd have in common.
type encoder interface {
	io.Writer
	Flush() error
	Close() error
	Reset(w io.Writer)
}

const (
	// readRoom is how much is read at once.
	readRoom = 32 << 10

	// zstdWindow bounds how far back zstd looks, and with that its memory. More
	// than 8 MiB would be more than clients must bear (RFC 9659); what comes at
	// once here is smaller, and files gain a hundredth.
	zstdWindow = 256 << 10
)

// coder returns an encoder that is ready for a new body.
func (p *Press) coder(c coding) *coder {
	if x, ok := p.coders[c].Get().(*coder); ok {
		x.Reset(&x.out)
		return x
	}
	x := &coder{coding: c, in: make([]byte, readRoom)}
	var err error
	switch c {
	case codingGzip:
		level := p.Gzip
		if level == 0 {
			level = defaultGzip
		}
		x.encoder, err = gzip.NewWriterLevel(&x.out, level)
	case codingZstd:
		level := p.Zstd
		if level == 0 {
			level = defaultZstd
		}
		x.encoder, err = zstd.NewWriter(&x.out,
			zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)),
			zstd.WithEncoderConcurrency(1), // no goroutines
			zstd.WithWindowSize(zstdWindow),
			zstd.WithLowerEncoderMem(true),
			zstd.WithEncoderCRC(false)) // as others do: HTTP has its own checks
	}
	if err != nil {
		panic(err) // the levels were validated
	}
	return x
}

// giveBack ends the use of a coder.
func (p *Press) giveBack(x *coder) {
	x.Reset(io.Discard)
	x.out.Reset()
	p.coders[x.coding].Put(x)
}

// whole codes a body that is in memory. It returns nil if it does not get
// smaller, and false if ctx ends before its turn comes.
func (p *Press) whole(ctx context.Context, body []byte, c coding) ([]byte, bool) {
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, false
	}
	defer func() { <-p.turns }()
	x := p.coder(c)
	defer p.giveBack(x)
	if _, err := x.Write(body); err != nil || x.Close() != nil {
		return nil, false
	}
	if x.out.Len() >= len(body) {
		return nil, true
	}
	return bytes.Clone(x.out.Bytes()), true
}
