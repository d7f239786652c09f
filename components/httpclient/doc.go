// Package httpclient has Go's HTTP client behind boxes: Kamaelia's SimpleHTTPClient and
// SingleShotHTTPClient.
package httpclient
