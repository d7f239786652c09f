// Package overview shows a running system as one picture: graphs that are made
// many times, such as that of a connection, are added up.
package overview
