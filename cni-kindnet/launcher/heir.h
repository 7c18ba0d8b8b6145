/*
 * A process that outlives the JVM of a call, for what the kernel takes its time over. Deleting a link keeps who asks for it some 20 ms
 * longer than the link is there, and so does closing a socket of nftables after a deletion: the heir waits in the place of the call.
 */
#ifndef HEIR_H
#define HEIR_H

/*
 * Starts one. The number of the descriptor by which the JVM, which inherits it, has the heir do something (io.kindnet.netlink.libc.Heir);
 * -1 where there can be none, which costs time and nothing else. Each message is a descriptor and bytes: the heir keeps the descriptor
 * open until it ends, and sends the bytes on it, unless it is a single one. It ends when nobody holds the other side any more, and when
 * it cannot do what it is told. Of the call it holds nothing: neither its output nor its namespaces' files.
 */
int heir_start(void);

#endif
