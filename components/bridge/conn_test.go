package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/bridge"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

// stuck takes nothing and says nothing.
func stuck() axon.Component {
	return axon.Func(func(ctx context.Context, _ *axon.Inbox[[]byte], _ *axon.Outbox[[]byte]) error {
		<-ctx.Done()
		return nil
	})
}

func conn(t *testing.T, c axon.Component) net.Conn {
	t.Helper()
	f, err := bridge.LikeFile(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// wantTimeout wants what net.Conn returns behind a deadline.
func wantTimeout(t *testing.T, err error) {
	t.Helper()
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v, want a time-out", err)
	}
}

func TestReadDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, buf := conn(t, flow.Transform(bytes.ToUpper)), make([]byte, 10)
		began := time.Now()
		_ = c.SetReadDeadline(began.Add(time.Minute))
		for range 2 { // it stays over
			_, err := c.Read(buf)
			wantTimeout(t, err)
		}
		if d := time.Since(began); d != time.Minute {
			t.Errorf("it took %v", d)
		}
		fmt.Fprint(c, "hello") // the other direction has no deadline
		synctest.Wait()
		_, err := c.Read(buf) // over is over, whatever is there
		wantTimeout(t, err)
		_ = c.SetReadDeadline(time.Time{})
		if n, err := c.Read(buf); string(buf[:n]) != "HELLO" || err != nil {
			t.Errorf("after the deadline was taken away: %q, %v", buf[:n], err)
		}
	})
}

// A deadline that is set, or moved, while somebody waits is the one that counts.
func TestDeadlineWhileReading(t *testing.T) {
	for name, c := range map[string]struct{ first, then, want time.Duration }{
		"set":   {0, time.Minute, time.Minute},
		"later": {time.Minute, time.Hour, time.Hour},
		"now":   {time.Hour, -time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, began := conn(t, stuck()), time.Now()
				if c.first != 0 {
					_ = f.SetDeadline(began.Add(c.first))
				}
				failed := make(chan error)
				go func() {
					_, err := f.Read(make([]byte, 1))
					failed <- err
				}()
				time.Sleep(time.Second)
				_ = f.SetDeadline(began.Add(c.then))
				wantTimeout(t, <-failed)
				if d := time.Since(began); d != c.want {
					t.Errorf("it took %v, want %v", d, c.want)
				}
			})
		})
	}
}

func TestWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, began := conn(t, stuck()), time.Now()
		_ = c.SetWriteDeadline(began.Add(time.Minute))
		n, err := 0, error(nil)
		for ; err == nil && n < 1000; n++ {
			_, err = c.Write([]byte("x"))
		}
		wantTimeout(t, err)
		if d := time.Since(began); d != time.Minute || n > 20 {
			t.Errorf("%d were written in %v", n, d)
		}
	})
}

// Close ends those that wait, and all that comes after fails.
func TestCloseWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, buf := conn(t, stuck()), make([]byte, 1)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Read(buf); err != io.ErrClosedPipe {
				t.Errorf("the one that waits: %v", err)
			}
		})
		synctest.Wait()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		_, r := c.Read(buf)
		_, w := c.Write(buf)
		for _, err := range []error{r, w, c.SetDeadline(time.Now())} {
			if err != io.ErrClosedPipe {
				t.Errorf("after Close: %v", err)
			}
		}
		if c.LocalAddr().Network() != "axon" || c.RemoteAddr().String() == "" {
			t.Error("no address")
		}
	})
}

func show(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleFromReader() {
	show(&bridge.FromReader{From: strings.NewReader("some text"), Size: 5}, &console.Echoer[[]byte]{Format: "%q\n"})
	// Output:
	// "some "
	// "text"
}

func ExampleToWriter() {
	show(ends.Data([]byte("some "), []byte("text\n")), &bridge.ToWriter{To: os.Stdout})
	// Output: some text
}

func ExampleFromChan() {
	c := make(chan int, 2)
	c <- 1
	c <- 2
	close(c)
	show(&bridge.FromChan[int]{C: c}, &console.Echoer[int]{})
	// Output:
	// 1
	// 2
}

func ExampleToChan() {
	c := make(chan int, 3) // room for all, so that nobody has to take them meanwhile
	show(ends.Data(1, 2, 3), &bridge.ToChan[int]{C: c})
	for v := range c {
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
	// 3
}
