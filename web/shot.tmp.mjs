import { chromium } from 'playwright-core';
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-gpu','--disable-background-networking','--no-first-run']});
const pw = process.argv[2];
for (const [lang,scheme,w] of [['ko','light',1440],['en','dark',1440],['ko','dark',360]]) {
  const c = await b.newContext({locale: lang==='ko'?'ko-KR':'en-US', colorScheme: scheme, viewport:{width:w,height:900}});
  const p = await c.newPage();
  const errs=[]; p.on('console',m=>{if(m.type()==='error')errs.push(m.text())}); p.on('pageerror',e=>errs.push(String(e)));
  await p.goto('http://127.0.0.1:8901/'); await p.waitForSelector('input[type=password]',{timeout:30000});
  const inputs = p.locator('input'); await inputs.nth(0).fill('admin'); await p.locator('input[type=password]').fill(pw); await p.keyboard.press('Enter');
  await p.waitForTimeout(2500);
  for (const path of ['images','images/3','queues','failures','models','workers','webhooks','users','settings','schedules','audit','jobs','alerts']) {
    await p.goto('http://127.0.0.1:8901/'+path); await p.waitForTimeout(1800);
    await p.screenshot({path:`/tmp/me/${path.replace('/','_')}-${lang}-${w}.png`});
    const over = await p.evaluate(()=>document.documentElement.scrollWidth>innerWidth);
    if(over) console.log('OVERFLOW',path,lang,w);
  }
  console.log(lang,w,errs.slice(0,5)); await c.close();
}
await b.close();
